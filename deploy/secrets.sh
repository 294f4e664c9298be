#!/bin/bash
# Hands each container the secrets it needs and no others: one volume per reader, mounted below /secrets.
#   COORDINATION_SECRETS=generated  makes what is missing (one machine, development)
#   COORDINATION_SECRETS=given      takes the files of /given and refuses to go on without them (production)
set -euo pipefail
umask 022

names=(postgres-admin database-owner database-app broker-admin broker-host broker-agent)
kept=/secrets/all
faults=0

for name in "${names[@]}"; do
    case ${COORDINATION_SECRETS:-generated} in
    generated)
        [ -s "$kept/$name" ] || openssl rand -hex 24 | tr -d '\n' >"$kept/$name"
        ;;
    given)
        if [ ! -s "/given/$name" ]; then
            echo "secrets: the file $name is missing or empty in the folder COORDINATION_SECRETS_DIR names" >&2
            faults=1
            continue
        fi
        value=$(tr -d '\r\n' <"/given/$name")
        if ! [[ $value =~ ^[A-Za-z0-9._-]{16,200}$ ]]; then
            echo "secrets: $name must be 16 to 200 of A-Z a-z 0-9 . _ -" >&2
            faults=1
            continue
        fi
        printf %s "$value" >"$kept/$name"
        ;;
    *)
        echo "secrets: COORDINATION_SECRETS is \"$COORDINATION_SECRETS\"; it may be generated or given" >&2
        exit 2
        ;;
    esac
done
[ "$faults" = 0 ] || exit 1
if [ "$(for name in "${names[@]}"; do cat "$kept/$name"; echo; done | sort -u | wc -l)" != ${#names[@]} ]; then
    echo "secrets: two of the passwords are the same; give each user its own" >&2
    exit 1
fi
# The volume is not mounted anywhere else; what a reader's volume holds, that reader may read.
chmod 700 "$kept"

give() { # reader, names...
    local reader=$1 name
    shift
    for name in "$@"; do
        install -m 444 "$kept/$name" "/secrets/$reader/$name"
    done
}
give postgres postgres-admin database-owner database-app
give migrate database-owner
give host database-app broker-host
give agents database-app broker-agent

# RabbitMQ's own form: base64(salt + sha256(salt + password)).
hashed() {
    local salt
    salt=$(openssl rand -hex 4 | sed 's/../\\x&/g')
    { printf %b "$salt"; { printf %b "$salt"; cat "$kept/$1"; } | openssl dgst -sha256 -binary; } | base64 -w0
}
sed -e "s|@broker-admin@|$(hashed broker-admin)|" \
    -e "s|@broker-host@|$(hashed broker-host)|" \
    -e "s|@broker-agent@|$(hashed broker-agent)|" \
    /deploy/rabbitmq/definitions.json >/secrets/rabbitmq/definitions.json
chmod 444 /secrets/rabbitmq/definitions.json
echo "secrets: ready (${COORDINATION_SECRETS:-generated})"
