<#
.SYNOPSIS
Runs the pipe of the tools on many servers and sums up what they said.

.DESCRIPTION
The tools must lie in the same folder on every server, and here beside this script's folder (or in $env:ANCM_TOOLS).
Each server's records go to a file of its own, SERVER.jsonl; `report` then reads all of them together.
The exit code is report's: 0 nothing found, 1 findings, 2 could not look.

.EXAMPLE
.\fleet\ancm-fleet.ps1 -ComputerName web1, web2 -Tools C:\ancm-tools -Folder D:\audit

.EXAMPLE
.\fleet\ancm-fleet.ps1 -ComputerName (Get-Content servers.txt) -Credential (Get-Credential)
#>
param(
    [Parameter(Mandatory = $true)] [string[]] $ComputerName,
    # Where the tools lie on the servers.
    [string] $Tools = 'C:\ancm-tools',
    # Where the records go.
    [string] $Folder = '.',
    [System.Management.Automation.PSCredential] $Credential
)
Set-StrictMode -Off
$ErrorActionPreference = 'Continue'
$PSNativeCommandUseErrorActionPreference = $false
$OutputEncoding = New-Object System.Text.UTF8Encoding $false
Import-Module ([IO.Path]::Combine((Split-Path -Parent $PSScriptRoot), 'AncmTools', 'AncmTools.psd1')) -Scope Local -Force -ErrorAction Stop

$pipe = {
    param($Tools)
    Set-StrictMode -Off
    $ErrorActionPreference = 'Continue'
    $OutputEncoding = New-Object System.Text.UTF8Encoding $false
    & "$Tools\site-list.exe" |
        & "$Tools\config-lint.exe" |
        & "$Tools\runtime-match.exe" |
        & "$Tools\unblock.exe" --check |
        & "$Tools\acl-grant.exe" --check |
        & "$Tools\log-grep.exe" |
        & "$Tools\verdict.exe"
}
$remote = @{ ScriptBlock = $pipe; ArgumentList = $Tools; ErrorAction = 'Continue' }
if ($Credential) { $remote.Credential = $Credential }

$null = New-Item -ItemType Directory -Force -Path $Folder
$Folder = (Resolve-Path -LiteralPath $Folder).ProviderPath
$files = @()
foreach ($computer in $ComputerName) {
    # Lines are pure ASCII, so that no encoding of a session can hurt them.
    $lines = @(Invoke-Command -ComputerName $computer @remote | ForEach-Object { [string]$_ })
    if ($lines.Count -eq 0) {
        [Console]::Error.WriteLine("ancm-fleet: ${computer} gave no records")
        continue
    }
    $file = Join-Path $Folder "$computer.jsonl"
    [IO.File]::WriteAllLines($file, [string[]]$lines)
    $files += $file
}
if ($files.Count -eq 0) { exit 2 }
$files | ForEach-Object { Get-Content -LiteralPath $_ } | report
exit $(if ($files.Count -lt $ComputerName.Count) { 2 } else { $LASTEXITCODE })
