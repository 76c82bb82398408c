# Prints what fish offers at the end of the line given.
bnq completions fish | source
complete -C "$argv[1]" | string replace -r '\t.*' ''
