# PowerShell completion for bnq. It asks the program what can stand at the cursor.
Register-ArgumentCompleter -Native -CommandName bnq -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements |
        Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { "$_" } })
    bnq __complete powershell @before "+$wordToComplete" 2>$null | ForEach-Object {
        if ($_ -eq ':files') {
            $fixed = if ($wordToComplete -match '^-[^=]*=') { $Matches[0] } else { '' }
            [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete.Substring($fixed.Length)) |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($fixed + $_.CompletionText, $_.ListItemText, 'ProviderItem', $_.ToolTip) }
        } else {
            $word, $help = $_ -split "`t", 2
            if (-not $help) { $help = $word }
            [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $help)
        }
    }
}
