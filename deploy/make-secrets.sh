#!/bin/sh
# Makes the passwords that docker-compose.yml hands to its containers as files. What is there is kept.
# Another folder than deploy/secrets, and other addresses, may be named: make-secrets.sh FOLDER DATABASE REDIS
set -eu
umask 077

folder=${1:-$(dirname "$0")/secrets}
database=${2:-postgres:5432}
redis=${3:-redis:6379}

if [ -e "$folder/postgres_password" ]; then
    echo "There are secrets in $folder already. To have new ones, move it away first." >&2
    exit 1
fi
password() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

mkdir -p "$folder"
for_database=$(password)
for_redis=$(password)
printf '%s' "$for_database" > "$folder/postgres_password"
printf 'postgresql+psycopg://ragapp:%s@%s/ragapp' "$for_database" "$database" > "$folder/database_url"
printf 'requirepass %s\n' "$for_redis" > "$folder/redis_conf"
printf 'redis://:%s@%s/0' "$for_redis" "$redis" > "$folder/redis_url"
# The containers' users read these files. Nobody else gets into the folder.
chmod 444 "$folder"/*
