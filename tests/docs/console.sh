#!/usr/bin/env bash
# Runs the commands of a page and compares what they print. console.sh PAGE TOOLS
#
# In each ```console block, a line that begins with "$ " is a command; \ at its end continues it. It must succeed, and each
# line below it must be among the lines that it prints, in which "…" stands for anything. <!-- not run: reason --> on the
# line before a block leaves it out. reszoo-train and so on are those of TOOLS. All commands run in one shell.
set -euo pipefail
page=$1 tools=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for tool in train evaluate predict serve features models convert bench; do
  ln -s "$tools/$tool" "$scratch/reszoo-$tool"
done
export PATH="$scratch:$PATH"

wrong=0
number=0 fence=0 before="" inside=no
command="" expected=()

# Compares the lines that are expected of the command with what it prints.
run() {
  [ -n "$command" ] || return 0
  local status=0 line pattern
  eval "$command" >"$scratch/printed" 2>&1 </dev/null || status=$?
  if [ "$status" -ne 0 ]; then
    printf '%s:%s: "%s" ended with exit code %s and printed\n%s\n' "$page" "$fence" "$command" "$status" "$(sed 's/^/  /' "$scratch/printed")"
    wrong=1
  fi
  for line in "${expected[@]}"; do
    pattern=$(printf '%s' "$line" | sed -e 's/[][\\*?]/\\&/g' -e 's/…/*/g')
    local found=no printed
    while IFS= read -r printed || [ -n "$printed" ]; do
      # shellcheck disable=SC2053
      if [[ $printed == $pattern ]]; then found=yes; fi
    done <"$scratch/printed"
    if [ $found = no ]; then
      printf '%s:%s: the page shows\n  %s\nbut "%s" printed\n%s\n' "$page" "$fence" "$line" "$command" "$(sed 's/^/  /' "$scratch/printed")"
      wrong=1
    fi
  done
  command="" expected=()
}

while IFS= read -r line <&3 || [ -n "$line" ]; do
  number=$((number + 1))
  if [ $inside = no ]; then
    if [ "$line" = '```console' ] && [[ $before != '<!-- not run'* ]]; then
      inside=yes fence=$number
    fi
  elif [ "$line" = '```' ]; then
    run
    inside=no
  elif [[ $command == *\\ ]]; then
    command="${command%\\} $line"
  elif [[ $line == '$ '* ]]; then
    run
    command=${line#'$ '}
  else
    expected+=("$line")
  fi
  before=$line
done 3<"$page"
exit $wrong
