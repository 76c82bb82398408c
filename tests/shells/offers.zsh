# Prints what zsh offers at the end of the line given, by pressing Tab in an interactive zsh on a pseudo-terminal.
zmodload zsh/zpty
setup='
PROMPT= RPROMPT=
unsetopt zle_bracketed_paste 2>/dev/null; unset zle_bracketed_paste
autoload -Uz compinit && compinit -u -D
source <(bnq completions zsh)
zstyle ":completion:*" insert-tab false
bindkey "^I" complete-word
begin_mark() { print -r -- "<<offers" }
end_mark() { print -r -- "offers>>"; exit }
compprefuncs=(begin_mark)
comppostfuncs=(end_mark)
compadd() {
    # Calls that ask what would match, and add nothing.
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
    local -a hits
    builtin compadd -A hits "$@"
    (( $#hits )) && print -rl -- "${(@)hits/#/$IPREFIX}"
    (( $#hits ))
}
print -r -- setup done
'
print -r -- "$setup" > $HOME/setup.zsh
zpty z zsh -f -i
zpty -w z "source $HOME/setup.zsh"
while zpty -r z line; do [[ $line == *'setup done'* ]] && break; done
zpty -w -n z "$1"$'\t'
inside=
while zpty -r z line; do
    line=${line%$'\r\n'}
    case $line in
        *'<<offers') inside=1 ;;
        'offers>>') break ;;
        *) [[ -n $inside ]] && print -r -- "$line" ;;
    esac
done
zpty -d z
