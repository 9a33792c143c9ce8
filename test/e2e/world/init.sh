#!/bin/sh
# First process of a world: in its own network, mount and process namespaces. Everything it makes
# stands in one tmpfs, so that nothing is left when it ends, however it ends.
# Environment: WORLD_NAME, WORLD_HOSTS (names that mean this machine), WORLD_LATER_HOSTS (names that
# will), WORLD_COMPANY (a name under an authority of its own), WORLD_NODE, WORLD_ROUTER.
set -eu
WORLD=/run/world

# Hides the machine's own Docker socket too: in here the usual address is the world's engine.
mount -t tmpfs -o size=2g,mode=755 tmpfs /run
mkdir -p $WORLD/home $WORLD/projects /run/lock
exec 2>$WORLD/init.log
ip link set lo up

echo "127.0.0.1 localhost" > $WORLD/hosts
for host in $WORLD_HOSTS "$WORLD_COMPANY"; do
  echo "127.0.0.1 $host" >> $WORLD/hosts
done
mount --bind $WORLD/hosts /etc/hosts
# Nobody else is asked: a name that is not there is no name, at once.
echo "hosts: files" > $WORLD/nsswitch.conf
if [ -e /etc/nsswitch.conf ]; then mount --bind $WORLD/nsswitch.conf /etc/nsswitch.conf; fi

# $1 authority, $2 certificate, the rest names
certificate() {
  authority=$1 name=$2
  shift 2
  names=$(printf 'DNS:%s,' "$@")
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$authority" \
    -keyout $WORLD/$authority.key -out $WORLD/$authority.pem
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
    -keyout $WORLD/$name.key -out $WORLD/$name.csr
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "${names%,}" > $WORLD/$name.ext
  openssl x509 -req -days 2 -in $WORLD/$name.csr -CA $WORLD/$authority.pem -CAkey $WORLD/$authority.key \
    -CAcreateserial -extfile $WORLD/$name.ext -out $WORLD/$name.pem
}
# The public names, and a registry whose authority only some machines know.
certificate public-ca public $WORLD_HOSTS $WORLD_LATER_HOSTS
certificate company-ca company "$WORLD_COMPANY"
# The engine's machine knows both, as an administrator has set it up; Node knows the public one.
cat $WORLD/public-ca.pem $WORLD/company-ca.pem > $WORLD/machine-ca.pem

"$WORLD_NODE" --import tsx "$WORLD_ROUTER" > $WORLD/router.log 2>&1 &
echo '{}' > $WORLD/daemon.json
# $1 name, $2 socket, the rest further options
engine() {
  name=$1 socket=$2
  shift 2
  SSL_CERT_FILE=$WORLD/machine-ca.pem dockerd --config-file $WORLD/daemon.json \
    --data-root $WORLD/$name --exec-root /run/$name --pidfile /run/$name.pid \
    --host "unix://$socket" --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$WORLD_NAME/$name" --log-level warn "$@" \
    > $WORLD/$name.log 2>&1 &
}
# Two machines: one runs the program and builds, the other one is production's.
engine machine /run/docker.sock --bridge none --iptables=false --ip6tables=false
# A bridge of its own: the machine's engine, which has none, removes the default one when it finds it.
ip link add production0 type bridge
ip addr add 10.213.0.1/24 dev production0
ip link set production0 up
engine production /run/production.sock --bridge production0
touch $WORLD/begun
# The keeper ends it. `wait` takes in whatever process loses its parent.
while :; do
  sleep 3600 &
  wait $!
done
