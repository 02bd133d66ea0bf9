#!/bin/sh
# Starts OpenStack Swift with its s3api on the loopback, in a new folder, and prints what the tests need:
#
#   eval "$(test/servers/start-swift.sh)" && npx vitest run test/remote/swift.test.ts; kill $LARDER_TEST_SWIFT_PIDS
#
# Debian: apt-get install swift-proxy swift-object swift-container swift-account memcached. The folder must be on a file
# system with extended attributes. Swift wants its hash settings in /etc/swift/swift.conf, which Debian's package brings.
set -eu
port=${1:-18080}
home=$(mktemp -d)
mkdir -p "$home/etc" "$home/node/d1"
pids=""

memcached -u nobody -l 127.0.0.1 -p $((port + 1)) >/dev/null 2>&1 &
pids="$pids $!"

offset=2
for kind in account container object; do
  cat >"$home/etc/$kind-server.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $((port + offset))
workers = 1
mount_check = false
user = $(id -un)
devices = $home/node
swift_dir = $home/etc
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
CONF
  builder="$home/etc/$kind.builder"
  swift-ring-builder "$builder" create 4 1 1 >/dev/null
  swift-ring-builder "$builder" add "r1z1-127.0.0.1:$((port + offset))/d1" 1 >/dev/null
  swift-ring-builder "$builder" rebalance >/dev/null
  "swift-$kind-server" "$home/etc/$kind-server.conf" >"$home/$kind.log" 2>&1 &
  pids="$pids $!"
  offset=$((offset + 1))
done

cat >"$home/etc/proxy-server.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $port
workers = 1
user = $(id -un)
swift_dir = $home/etc
[pipeline:main]
pipeline = catch_errors cache s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$((port + 1))
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
CONF
swift-proxy-server "$home/etc/proxy-server.conf" >"$home/proxy.log" 2>&1 &
pids="$pids $!"

tries=0
until curl -s -o /dev/null "http://127.0.0.1:$port/info"; do
  tries=$((tries + 1))
  if [ $tries -gt 100 ]; then
    echo "Swift did not start: see $home/*.log" >&2
    kill $pids
    exit 1
  fi
  sleep 0.2
done
echo "export LARDER_TEST_SWIFT_URL=http://127.0.0.1:$port LARDER_TEST_SWIFT_PIDS='$pids'"
