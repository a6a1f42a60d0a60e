# The tools as commands of PowerShell, and their pipe; all judgement is theirs.
# Where they are: $env:ANCM_TOOLS, else beside this module's folder, else in target/release of a checkout.

$script:Names = 'site-list', 'config-lint', 'runtime-match', 'unblock', 'acl-grant', 'log-grep', 'start-probe', 'verdict', 'report'
# $IsWindows is not there in Windows PowerShell.
$script:Extension = if ($env:OS -eq 'Windows_NT') { '.exe' } else { '' }

function Find-AncmFolder {
    $beside = Split-Path -Parent $PSScriptRoot
    $places = if ($env:ANCM_TOOLS) { @($env:ANCM_TOOLS) } else {
        @($beside, [IO.Path]::Combine((Split-Path -Parent $beside), 'target', 'release'))
    }
    foreach ($place in $places) {
        if (Test-Path -LiteralPath (Join-Path $place "verdict$script:Extension") -PathType Leaf) { return $place }
    }
    throw "AncmTools: no tools in $($places -join ' or '); set ANCM_TOOLS to their folder"
}

$script:Folder = Find-AncmFolder
foreach ($name in $script:Names) {
    Set-Alias -Name $name -Value (Join-Path $script:Folder "$name$script:Extension")
}

# Simple on purpose: with declared parameters PowerShell would take --options for its own.
function Invoke-AncmDoctor {
    <#
    .SYNOPSIS
    Why do these sites not start? Pipes the tools together.

    .DESCRIPTION
    --dotnet-root, --registry, --format, --fail-on and --output go to the tools that have them, everything else to site-list.
    $LASTEXITCODE is the last tool's: 0 nothing found, 1 findings, 2 could not look.

    .EXAMPLE
    Invoke-AncmDoctor C:\inetpub\shop --format text
    #>
    # Of the caller's settings none ends the pipe because a tool found something; records are read as UTF-8.
    Set-StrictMode -Off
    $ErrorActionPreference = 'Continue'
    $PSNativeCommandUseErrorActionPreference = $false
    $OutputEncoding = New-Object System.Text.UTF8Encoding $false

    $sites = @(); $runtime = @(); $last = @()
    for ($i = 0; $i -lt $args.Count; $i++) {
        $here = @([string]$args[$i])
        $name = ($here[0] -split '=', 2)[0]
        if ($name -in '--dotnet-root', '--registry', '--format', '--fail-on', '--output' -and $name -eq $here[0] -and $i + 1 -lt $args.Count) {
            $i++
            $here += [string]$args[$i]
        }
        switch ($name) {
            '--dotnet-root' { $runtime += $here }
            '--registry' { $runtime += $here; $sites += $here }
            { $_ -in '--format', '--fail-on', '--output' } { $last += $here }
            default { $sites += $here }
        }
    }

    site-list @sites |
        config-lint |
        runtime-match @runtime |
        unblock --check |
        acl-grant --check |
        log-grep |
        verdict |
        report --expect 'site-list,config-lint,runtime-match,unblock,acl-grant,log-grep,verdict' @last
}

# Records as objects: site-list | config-lint | ConvertFrom-AncmRecord | Where-Object type -eq finding
filter ConvertFrom-AncmRecord {
    if ($_) { ConvertFrom-Json -InputObject $_ }
}

Export-ModuleMember -Function Invoke-AncmDoctor, ConvertFrom-AncmRecord -Alias $script:Names
