#!/bin/bash
# Exit code 0 if the server answers that its models are ready: by bash alone, so that the image needs no curl.
# healthy.sh [PORT]
exec 3<>"/dev/tcp/127.0.0.1/${1:-8000}" || exit 1
printf 'GET /v2/health/ready HTTP/1.0\r\n\r\n' >&3
IFS= read -r -t 4 status <&3
[[ $status == HTTP/*" 200 "* ]]
