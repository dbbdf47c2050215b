# SPDX-License-Identifier: Apache-2.0
#
# What the scripts share: how they speak, how they fail, and where things are. Sourced, never run.

set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv
readonly root venv

if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' dim=$'\e[2m' plain=$'\e[0m'
else
    bold='' green='' red='' dim='' plain=''
fi
readonly bold green red dim plain

# say TEXT...: one line about what happens now.
say() { printf '%s\n' "${bold}==>${plain} $*"; }

# note TEXT...: one line of detail.
note() { printf '%s\n' "    $*"; }

# fail WHAT [REMEDY...]: says what went wrong and what to do about it, and ends the script.
fail() {
    printf '%s\n' "${red}error:${plain} $1" >&2
    shift
    local remedy
    for remedy in "$@"; do printf '%s\n' "  remedy: $remedy" >&2; done
    exit 1
}

# usage_of SCRIPT: the comment that opens a script is its help.
usage_of() { awk 'NR > 3 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$1"; }
