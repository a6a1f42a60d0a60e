<#
.SYNOPSIS
Why do these sites not start? Pipes the tools together; all judgement is theirs.

.EXAMPLE
.\scripts\ancm-doctor.ps1
All sites of this machine's IIS.

.EXAMPLE
.\scripts\ancm-doctor.ps1 C:\inetpub\shop --format text
One published app.

.EXAMPLE
.\scripts\ancm-doctor.ps1 --site 'Shop*' | ConvertFrom-Json | Where-Object type -eq verdict
The verdicts as objects.

.NOTES
--dotnet-root DIR, --format, --fail-on and --output go to the tools that have them, everything else to site-list.
The exit code is the last tool's: 0 nothing found, 1 findings, 2 could not look.
#>
$here = Split-Path -Parent $PSScriptRoot
$tools = if ($env:ANCM_TOOLS) { $env:ANCM_TOOLS } else { Join-Path $here 'target\release' }

$sites = @(); $runtime = @(); $last = @()
for ($i = 0; $i -lt $args.Count; $i++) {
    switch -Regex ([string]$args[$i]) {
        '^--dotnet-root$' { $runtime += $args[$i], $args[++$i]; break }
        '^--(format|fail-on|output)$' { $last += $args[$i], $args[++$i]; break }
        default { $sites += $args[$i] }
    }
}

if (-not (Test-Path (Join-Path $tools 'verdict.exe'))) {
    [Console]::Error.WriteLine('ancm-doctor: building the tools, once; this takes a few minutes')
    Push-Location $here
    try { cargo build --release --quiet --workspace --bins } finally { Pop-Location }
    if ($LASTEXITCODE -ne 0) { exit 2 }
}

& "$tools\site-list.exe" @sites |
    & "$tools\config-lint.exe" |
    & "$tools\runtime-match.exe" @runtime |
    & "$tools\unblock.exe" --check |
    & "$tools\acl-grant.exe" --check |
    & "$tools\log-grep.exe" |
    & "$tools\verdict.exe" |
    & "$tools\report.exe" --expect 'site-list,config-lint,runtime-match,unblock,acl-grant,log-grep,verdict' @last
exit $LASTEXITCODE
