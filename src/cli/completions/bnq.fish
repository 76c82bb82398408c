# fish completion for bnq. It asks the program what can stand at the cursor.
function __bnq_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    for line in (bnq __complete fish $before[2..-1] "$current" 2>/dev/null)
        if test "$line" = :files
            set -l fixed (string match -r -- '^-[^=]*=' "$current")
            set -l start (string replace -r -- '^-[^=]*=' '' "$current")
            for file in (__fish_complete_path "$start")
                printf '%s\n' "$fixed$file"
            end
        else
            printf '%s\n' "$line"
        end
    end
end
complete -c bnq -f -k -a '(__bnq_complete)'
