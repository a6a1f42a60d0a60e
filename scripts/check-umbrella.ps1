# The folder of a release under the strictest settings of a caller; CI runs it in Windows PowerShell and in PowerShell.
param([Parameter(Mandatory = $true)] [string] $Folder)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

function Assert([bool] $Condition, [string] $Message) {
    if (-not $Condition) { throw $Message }
}

$doctor = Join-Path $Folder 'ancm-doctor.ps1'
$app = 'tests\apps\broken-site'
$lines = & $doctor $app '--dotnet-root=tests\apps\dotnet-root' --format jsonl
Assert ($LASTEXITCODE -eq 1) "ancm-doctor.ps1 ended with $LASTEXITCODE"
Import-Module (Join-Path $Folder 'AncmTools\AncmTools.psd1') -Force
$records = $lines | ConvertFrom-AncmRecord
$verdict = $records | Where-Object { $_.type -eq 'verdict' } | Select-Object -First 1
Assert ($verdict.cause -eq 'framework-missing') "the verdict is $($verdict.cause)"
Assert (@($records | Where-Object { $_.type -eq 'done' }).Count -eq 8) 'a tool of the pipe died'

$null = & $doctor $app --dotnet-root tests\apps\dotnet-root --fail-on=never
Assert ($LASTEXITCODE -eq 0) "--fail-on=never ended with $LASTEXITCODE"
$version = & $doctor --version
Assert ($version -like 'ancm-doctor *') "the version is $version"
$null = Invoke-AncmDoctor $app --dotnet-root tests\apps\dotnet-root
Assert ($LASTEXITCODE -eq 1) "Invoke-AncmDoctor ended with $LASTEXITCODE"
