@{
    RootModule           = 'AncmTools.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '4d0b3c52-6f0e-4a57-9a35-7c1f4f4f1d7e'
    Author               = 'the ancm-tools maintainers'
    Description          = 'Find out why an ASP.NET Core app behind IIS does not start, and repair it'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    FunctionsToExport    = @('Invoke-AncmDoctor', 'ConvertFrom-AncmRecord')
    AliasesToExport      = @('site-list', 'config-lint', 'runtime-match', 'unblock', 'acl-grant', 'log-grep', 'start-probe', 'verdict', 'report')
    CmdletsToExport      = @()
    VariablesToExport    = @()
}
