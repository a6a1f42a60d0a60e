# A site of a real IIS: it is found, and what the tools change is taken back to the last bit. CI runs it on Windows.
param([Parameter(Mandatory = $true)] [string] $Folder)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

function Assert([bool] $Condition, [string] $Message) {
    if (-not $Condition) { throw $Message }
}

$null = Install-WindowsFeature Web-Server
$appcmd = "$env:windir\System32\inetsrv\appcmd.exe"
$site = "$env:SystemDrive\ancm-check"
Copy-Item -Recurse tests\apps\broken-site $site
& $appcmd add apppool /name:AncmCheck /managedRuntimeVersion:
& $appcmd add site /name:AncmCheck /bindings:http/*:8099: "/physicalPath:$site"
& $appcmd set app AncmCheck/ /applicationPool:AncmCheck

Import-Module (Join-Path $Folder 'AncmTools\AncmTools.psd1') -Force
$records = Invoke-AncmDoctor --site AncmCheck | ConvertFrom-AncmRecord
$found = @($records | Where-Object { $_.type -eq 'site' })
Assert ($found.Count -eq 1 -and $found[0].live -and $found[0].path -eq $site) 'the site is not found as it is'
Assert ($found[0].pool_sid -eq (New-Object Security.Principal.NTAccount 'IIS APPPOOL\AncmCheck').Translate([Security.Principal.SecurityIdentifier]).Value) "the pool's SID is $($found[0].pool_sid)"
$verdict = $records | Where-Object { $_.type -eq 'verdict' } | Select-Object -First 1
Assert ($null -ne $verdict.cause) 'there is no verdict'

# Rights: taken from the pool, given by the tool, taken back.
icacls $site /inheritance:r /grant 'Administrators:(OI)(CI)F' | Out-Null
$before = (Get-Acl $site).Sddl
$undo = Join-Path $env:TEMP 'ancm-acl.undo'
$null = acl-grant --pool AncmCheck --undo-file $undo $site
Assert ($LASTEXITCODE -eq 0 -and (Get-Acl $site).Sddl -ne $before) "acl-grant ended with $LASTEXITCODE"
$null = acl-grant --undo $undo
Assert ((Get-Acl $site).Sddl -eq $before) 'the descriptor is not as it was'

# The mark of the web.
$file = Join-Path $site 'web.config'
Set-Content -LiteralPath $file -Stream Zone.Identifier -Value '[ZoneTransfer]', 'ZoneId=3'
$undo = Join-Path $env:TEMP 'ancm-mark.undo'
$null = unblock --undo-file $undo $site
Assert ($LASTEXITCODE -eq 0 -and -not (Get-Item -LiteralPath $file -Stream Zone.Identifier -ErrorAction SilentlyContinue)) "unblock ended with $LASTEXITCODE"
$null = unblock --undo $undo
Assert ((Get-Content -LiteralPath $file -Stream Zone.Identifier) -contains 'ZoneId=3') 'the mark is not back'

& $appcmd delete site AncmCheck
& $appcmd delete apppool AncmCheck
Remove-Item -Recurse -Force $site
