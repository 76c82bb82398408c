# elvish completion for bnq. It asks the program what can stand at the cursor.
use str
set edit:completion:arg-completer[bnq] = {|@words|
    bnq __complete elvish (all $words[1..]) 2>/dev/null | from-lines | each {|line|
        if (eq $line ':files') {
            edit:complete-filename $words[-1]
        } else {
            var word help = (str:split &max=2 "\t" $line)
            var suffix = ' '
            if (str:has-suffix $word '=') { set suffix = '' }
            edit:complex-candidate $word &code-suffix=$suffix &display=$word'  '$help
        }
    }
}
