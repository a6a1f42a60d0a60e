<#
.SYNOPSIS
Why do these sites not start? Pipes the tools together; all judgement is theirs.

.EXAMPLE
.\ancm-doctor.ps1
All sites of this machine's IIS.

.EXAMPLE
.\ancm-doctor.ps1 C:\inetpub\shop --format text
One published app.

.EXAMPLE
.\ancm-doctor.ps1 --site 'Shop*' | ConvertFrom-Json | Where-Object type -eq verdict
The verdicts as objects.

.NOTES
--dotnet-root DIR, --registry FILE, --format, --fail-on and --output go to the tools that have them, everything else to
site-list. The exit code is the last tool's: 0 nothing found, 1 findings, 2 could not look.
The tools are looked for in $env:ANCM_TOOLS, beside this script, and in target\release of a checkout.
#>
Set-StrictMode -Off
$ErrorActionPreference = 'Continue'
$PSNativeCommandUseErrorActionPreference = $false

if ($args -contains '--help' -or $args -contains '-h') {
    Get-Help -Name $PSCommandPath -Full
    exit 0
}

$checkout = Split-Path -Parent $PSScriptRoot
$extension = if ($env:OS -eq 'Windows_NT') { '.exe' } else { '' }
$built = [IO.Path]::Combine($checkout, 'target', 'release', "verdict$extension")
$here = Join-Path $PSScriptRoot "verdict$extension"
if (-not $env:ANCM_TOOLS -and -not (Test-Path -LiteralPath $here) -and -not (Test-Path -LiteralPath $built) -and
    (Test-Path -LiteralPath (Join-Path $checkout 'Cargo.toml'))) {
    if (-not (Get-Command cargo -ErrorAction SilentlyContinue)) {
        [Console]::Error.WriteLine('ancm-doctor: the tools are not built, and there is no cargo to build them')
        exit 2
    }
    [Console]::Error.WriteLine('ancm-doctor: building the tools, once; this takes a few minutes')
    Push-Location $checkout
    try { cargo build --release --quiet --workspace --bins } finally { Pop-Location }
    if ($LASTEXITCODE -ne 0) { exit 2 }
}

try {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, 'AncmTools', 'AncmTools.psd1')) -Scope Local -Force -ErrorAction Stop
} catch {
    [Console]::Error.WriteLine("ancm-doctor: $($_.Exception.Message)")
    exit 2
}
if ($args -contains '--version' -or $args -contains '-V') {
    (report --version) -replace '^report', 'ancm-doctor'
    exit 0
}
Invoke-AncmDoctor @args
exit $LASTEXITCODE
