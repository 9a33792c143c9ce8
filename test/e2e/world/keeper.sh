#!/bin/sh
# Keeps a world for as long as its standard input is open, which is as long as the tests run, however
# they end. With this process the world's first one dies too, and with that one all others in it.
# $1 name of the world and of its cgroups, $2 its first program
name=$1 init=$2
setpriv --pdeathsig KILL unshare --net --mount --pid --fork --kill-child=KILL --mount-proc sh "$init" \
  < /dev/null &
echo $!
cat > /dev/null
kill -KILL $!
wait
# Control groups stay when their processes are gone; the engine's tasks may take a moment to go.
tries=0
while [ -n "$(find /sys/fs/cgroup -depth -type d -path "*/$name*" 2> /dev/null)" ] && [ $tries -lt 50 ]; do
  find /sys/fs/cgroup -depth -type d -path "*/$name*" -exec rmdir {} \; 2> /dev/null
  sleep 0.1
  tries=$((tries + 1))
done
