#compdef bnq
# zsh completion for bnq. It asks the program what can stand at the cursor.
_bnq() {
    local -a words_before lines whole open
    local line entry files
    if (( CURRENT > 2 )); then words_before=("${(@Q)words[2,CURRENT-1]}"); fi
    lines=("${(@f)$(bnq __complete zsh "${words_before[@]}" "${(Q)PREFIX}" 2>/dev/null)}")
    for line in "${lines[@]}"; do
        [[ -n $line ]] || continue
        if [[ $line == :files ]]; then files=1; continue; fi
        entry="${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}"
        if [[ ${line%%$'\t'*} == *= ]]; then open+=("$entry"); else whole+=("$entry"); fi
    done
    if [[ -n $files ]]; then
        compset -P '*='
        _files
        return
    fi
    local found=1
    (( $#whole )) && _describe -V bnq whole && found=0
    (( $#open )) && _describe -V bnq open -S '' && found=0
    return found
}
if [[ "${funcstack[1]}" == _bnq ]]; then
    _bnq "$@"
else
    compdef _bnq bnq
fi
