/** `refold completion`: what a shell sources so that its completion key knows this command. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** Each asks `refold complete` with the words of the line, and takes files where that has nothing to say. */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: String.raw`_refold() {
  mapfile -t COMPREPLY < <(refold complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)
}
complete -o default -F _refold refold`,
  zsh: String.raw`#compdef refold
_refold() {
  local -a found
  found=(\${(f)"$(refold complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null | cut -f1)"})
  if (( $#found )); then compadd -a found; else _files; fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _refold refold`,
  fish: String.raw`function __refold_complete
  set -l words (commandline -opc)
  set -l found (refold complete -- $words[2..-1] (commandline -ct) 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c refold -f -a '(__refold_complete)'`,
}

export function completion(shell: Shell): string {
  return SCRIPTS[shell].replaceAll(String.raw`\$`, '$')
}
