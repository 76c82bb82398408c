# bash completion for bnq. It asks the program what can stand at the cursor.
_bnq() {
    local line file
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :files)
                compopt -o filenames 2>/dev/null
                local current=${COMP_WORDS[COMP_CWORD]}
                if [[ $current == = ]]; then current=; fi
                while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$current")
                ;;
            *)
                line=${line%%$'\t'*}
                if [[ $line == *= ]]; then compopt -o nospace 2>/dev/null; fi
                COMPREPLY+=("$line")
                ;;
        esac
    done < <(bnq __complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o nosort -F _bnq bnq 2>/dev/null || complete -F _bnq bnq
