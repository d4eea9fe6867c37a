#!/usr/bin/env bash
# Dumps the database into the backup store. Either the whole dump gets there, or nothing does.
#
# Everything comes as environment variables, since arguments are for the whole machine to see:
#   PGHOST PGPORT PGDATABASE PGUSER PGPASSWORD PGSSLMODE   the database, as libpq reads them
#   BACKUP_SCHEMAS       schemas to dump, between spaces; empty or unset for all of them
#   BACKUP_DESTINATION   rclone remote and folder, such as store:bucket/postgres/
#   RCLONE_CONFIG_*      the remote: https://rclone.org/docs/#config-file
#   BACKUP_CHECK_IN_URL  check-in URL of a cron monitor at Sentry; empty or unset for none
#
# Prints one line of JSON: name, bytes, seconds. Exit status: 0 when the backup is stored and has the size of
# the dump, 1 when there is no backup, 2 when a setting is missing.
set -euo pipefail
umask 077

fail() {
  printf 'backup: %s\n' "$1" >&2
  exit "${2:-1}"
}

for setting in PGHOST PGDATABASE PGUSER PGPASSWORD BACKUP_DESTINATION; do
  [[ -n ${!setting:-} ]] || fail "$setting is not set" 2
done
export PGCONNECT_TIMEOUT="${PGCONNECT_TIMEOUT:-30}" PGAPPNAME="${PGAPPNAME:-backup}"
# The remote is in the environment; there is no file.
export RCLONE_CONFIG=/dev/null RCLONE_LOG_LEVEL="${RCLONE_LOG_LEVEL:-ERROR}"
# A stream has 10,000 parts at most: parts of 16 MiB make room for 156 GiB.
export RCLONE_S3_CHUNK_SIZE="${RCLONE_S3_CHUNK_SIZE:-16Mi}"

# Tells the cron monitor how the run goes, with one id for all of it. A monitor that cannot be told misses a
# check-in and says so by itself: no reason to fail the backup.
run="$(</proc/sys/kernel/random/uuid)"
check_in() {
  [[ -n ${BACKUP_CHECK_IN_URL:-} ]] || return 0
  curl --silent --show-error --fail --output /dev/null --max-time 10 --retry 2 \
    "$BACKUP_CHECK_IN_URL?check_in_id=$run&status=$1" || echo "backup: no check-in of status $1" >&2
}

options=(--format=custom --no-password --lock-wait-timeout=60s)
read -ra schemas <<<"${BACKUP_SCHEMAS:-}"
for schema in "${schemas[@]}"; do
  options+=(--schema="$schema" --strict-names)
done
# Names sort by time.
name="$(date -u +%Y%m%dT%H%M%SZ).dump"
target="${BACKUP_DESTINATION%/}/$name"

# The upload stores its object when its input ends. This shell keeps that input open until pg_dump has
# succeeded, and on any other way out kills the upload first: half a dump can never look like a backup. What
# is left of an upload that was killed, the bucket's lifecycle removes.
upload=""
stop_upload() {
  if [[ -n $upload ]]; then
    kill -KILL "$upload" 2>/dev/null || true
    wait "$upload" 2>/dev/null || true
  fi
}
end() {
  local status=$?
  stop_upload
  if [[ $status == 0 ]]; then check_in ok; else check_in error; fi
}
trap end EXIT
trap 'exit 1' HUP INT TERM
check_in in_progress

pipe=$(mktemp -d)
mkfifo "$pipe/dump"
rclone rcat "$target" <"$pipe/dump" &
upload=$!
exec 3>"$pipe/dump"
rm -r "$pipe"

# dd counts the bytes on their way, and reports on its standard error.
report=$(pg_dump "${options[@]}" | LC_ALL=C dd bs=64K 2>&1 >&3) || fail "the dump failed or could not be sent"
exec 3>&-
wait "$upload" || fail "the upload of $name failed"
upload=""

[[ $report =~ ([0-9]+)\ bytes ]] || fail "the size of the dump is not known: $report"
bytes=${BASH_REMATCH[1]}
stored=$(rclone lsf --format s "$target") || fail "$name is not in the store"
[[ $stored == "$bytes" ]] || fail "$name has $stored bytes in the store, and the dump $bytes"

printf '{"event":"backup","name":"%s","bytes":%s,"seconds":%s}\n' "$name" "$bytes" "$SECONDS"
