#!/usr/bin/env bash
# Runs a command beside everything that several nodes share, on loopback and without a container engine:
# PostgreSQL (Debian's), NATS and an S3 store (Go modules, scripts/services). `scripts/cluster.sh bin/ichat check --quick`.
# The command finds them in the variables that `ichat serve` reads, and can break and mend them:
#   $ICHAT_CLUSTER/postgres|nats|s3  kill     hard, at once, as a power cut would
#   $ICHAT_CLUSTER/postgres|nats|s3  start    and wait until it answers
# Everything is gone when the command ends.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${ICHAT_TEST_POSTGRES:-}" ]; then
  exec scripts/postgres.sh "$0" "$@"
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/ichat-cluster.XXXXXX")
end() {
  for one in nats s3; do "$folder/$one" kill >/dev/null 2>&1 || true; done
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

go build -o "$folder/services" ./scripts/services

# free prints a loopback port nobody listens on, below the range from which outgoing connections take theirs.
free() {
  local port
  while port=$((20000 + RANDOM % 12000)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

# control NAME PORT COMMAND...: writes the script that kills and starts a service.
control() {
  local name=$1 port=$2
  shift 2
  cat >"$folder/$name" <<END
#!/usr/bin/env bash
set -eu
case \$1 in
  kill) kill -9 "\$(cat "$folder/$name.pid")" 2>/dev/null || true ;;
  start)
    setsid $(printf '%q ' "$@") >>"$folder/$name.log" 2>&1 </dev/null &
    echo \$! >"$folder/$name.pid"
    for _ in {1..200}; do
      (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null && exit 0
      sleep 0.05
    done
    echo "$name does not answer on port $port:" >&2
    tail -n 5 "$folder/$name.log" >&2
    exit 1 ;;
esac
END
  chmod +x "$folder/$name"
}

nats_port=$(free) s3_port=$(free)
control nats "$nats_port" "$folder/services" nats "$nats_port"
control s3 "$s3_port" "$folder/services" s3 "$s3_port" "$folder/objects"
cp "$ICHAT_TEST_POSTGRES" "$folder/postgres"
"$folder/nats" start
"$folder/s3" start

export ICHAT_CLUSTER=$folder
export ICHAT_DATABASE_URL=$ICHAT_TEST_DATABASE_URL
export ICHAT_NATS_URL=nats://127.0.0.1:$nats_port
export ICHAT_BLOB_URL="s3://testkey:testsecret@127.0.0.1:$s3_port/ichat?insecure=true"
"$@"
