"""What `mltui completion` prints. Each script asks `mltui` itself, with `_MLTUI_COMPLETE` set, and gets a line for each
thing that could come next: its kind (``plain``, ``dir``, ``file``), a tab, the word, a tab, what it is.

click's own scripts would put names into the command line as they are, unquoted, and bash's would expand them.
"""

from __future__ import annotations

from typing import Final

_BASH: Final = r"""# mltui: completion for bash
_mltui_completion() {
    local line kind word
    COMPREPLY=()
    while IFS= read -r line; do
        kind="${line%%$'\t'*}"
        line="${line#*$'\t'}"
        word="${line%%$'\t'*}"
        case "$kind" in
            plain) COMPREPLY+=("$word") ;;
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
        esac
    done < <(_MLTUI_LINE="${COMP_LINE:0:COMP_POINT}" _MLTUI_BREAKS="$COMP_WORDBREAKS" _MLTUI_COMPLETE=bash \
        "$1" 2>/dev/null </dev/null)
}
complete -F _mltui_completion mltui
"""

_ZSH: Final = r"""#compdef mltui
# mltui: completion for zsh
_mltui() {
    local line kind
    local -a parts words_found shown
    local asked="${(j: :)words[1,CURRENT]}"
    for line in "${(@f)$(_MLTUI_LINE="$asked" _MLTUI_COMPLETE=zsh ${(Q)words[1]} 2>/dev/null </dev/null)}"; do
        parts=("${(@ps:\t:)line}")
        case "$parts[1]" in
            plain)
                words_found+=("$parts[2]")
                shown+=("$parts[2]${parts[3]:+  -- $parts[3]}")
                ;;
            dir) _files -/ ;;
            file) _files ;;
        esac
    done
    (( $#words_found )) && compadd -l -d shown -a words_found
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _mltui "$@"
else
    compdef _mltui mltui
fi
"""

_FISH: Final = r"""# mltui: completion for fish
function _mltui_completion
    set -l line (commandline -cp | string collect)
    for item in (env _MLTUI_LINE="$line" _MLTUI_COMPLETE=fish mltui 2>/dev/null </dev/null)
        set -l parts (string split -m 2 \t -- $item)
        switch $parts[1]
            case plain
                printf '%s\t%s\n' $parts[2] $parts[3]
            case dir
                __fish_complete_directories (commandline -ct)
            case file
                __fish_complete_path (commandline -ct)
        end
    end
end
complete -c mltui -f -k -a '(_mltui_completion)'
"""

SCRIPTS: Final = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
