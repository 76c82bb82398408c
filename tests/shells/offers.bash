# Prints what bash's own completion function of bnq offers for the words given, the last of which is at the cursor.
source <(bnq completions bash) || exit 1
complete -p bnq >/dev/null || exit 1
COMP_WORDS=(bnq "$@")
COMP_CWORD=$#
_bnq bnq "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
