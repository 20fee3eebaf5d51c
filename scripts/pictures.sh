#!/usr/bin/env bash
# Makes the pictures of the README in docs/pictures, of examples/shop on an engine
# that is found or started here: its graph, the timeline of its up, and a
# terminal while it comes up. Needs tmux.

set -euo pipefail
cd "$(dirname "$0")/.."

. scripts/engine.sh
command -v tmux >/dev/null || { echo "pictures: tmux is missing: apt-get install tmux" >&2; exit 1; }
if [ -n "$(docker ps -aq --filter label=com.docker.compose.project=shop)" ]; then
	echo "pictures: the project shop is there already: stack -p shop down" >&2
	exit 1
fi
export SHOP_PORT=${SHOP_PORT:-18080}
work=$(mktemp -d)
export XDG_STATE_HOME=$work
stack=("$PWD/bin/stack" -f examples/shop/compose.yaml)
columns=96
trap '"${stack[@]}" --progress quiet down -v; rm -rf "$work"' EXIT
go build -o "$work/termshot" ./internal/termshot
mkdir -p docs/pictures

"${stack[@]}" graph -o docs/pictures/graph.svg
"${stack[@]}" --progress quiet up -d --timeline docs/pictures/timeline.svg
chmod 644 docs/pictures/timeline.svg
"${stack[@]}" --progress quiet down -v

# in_terminal FILE WORDS TITLE COMMAND…: the screen as soon as it shows the words.
in_terminal() {
	local file=$1 words=$2 title=$3 session=stack-pictures-$$ screen=
	shift 3
	tmux new-session -d -s "$session" -x $columns -y 24 "PS1='$ ' exec bash --norc"
	tmux send-keys -t "$session" "clear; $*" Enter
	for ((try = 0; try < 400; try++)); do
		screen=$(tmux capture-pane -e -p -t "$session")
		if grep -q "$words" <<<"$screen"; then break; fi
		sleep 0.05
	done
	"$work/termshot" "$title" $columns <<<"$screen" >"docs/pictures/$file"
	tmux kill-session -t "$session"
	if [ "$try" = 400 ]; then
		echo "pictures: $file: the terminal never showed '$words'" >&2
		exit 1
	fi
}

in_terminal up.svg 'shop-store-1.*Healthy' 'stack up -d' "${stack[*]} up -d"
ls -l docs/pictures
