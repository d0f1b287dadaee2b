#!/usr/bin/env bash
# Makes every sample again. Run as root on Debian 12 (x86-64), after `npm ci && npm run build`, with
#   apt-get install gcc libc6-dev clang lld mold musl-tools procps gcc-i686-linux-gnu libc6-dev-i386-cross libc6-i386 \
#                   gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
# and with kernel.core_pattern=core. Addresses and PIDs differ each time, so afterwards
#   UPDATE_GOLDEN=1 npx vitest run test/golden.test.ts test/samples.test.ts test/readme.test.ts
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
vmaexplain() { node "$here/../dist/cli.cjs" "$@"; }

# The programs lie where anybody's could, so that no capture tells where this was run.
bin=/opt/demo
mkdir -p "$bin"
cp demo.c "$bin/"
cd "$bin"
gcc                    -O1 -o demo           demo.c
clang -fuse-ld=lld     -O1 -o demo-lld       demo.c
gcc   -fuse-ld=mold    -O1 -o demo-mold      demo.c
musl-gcc               -O1 -o demo-musl      demo.c
gcc   -static          -O1 -o demo-static    demo.c
i686-linux-gnu-gcc     -O1 -o demo-i386      demo.c
aarch64-linux-gnu-gcc  -O1 -o demo-aarch64   demo.c
musl-gcc -static       -O1 -o demo-musl-static -Wl,-z,relro,-z,now demo.c
gcc -z execstack       -O1 -o demo-execstack demo.c
cd "$here"

# A pipe that nobody writes to or closes: the programs wait for it.
mkfifo "$bin/quiet"
exec 9<>"$bin/quiet"
rm "$bin/quiet"

# start NAME WORD... runs a program with an environment of one variable, and waits until it waits. Sets $pid.
start() {
  env -i LC_CTYPE=C.UTF-8 "$@" <&9 9<&- >/dev/null &
  pid=$!
  until [[ $(readlink "/proc/$pid/exe") == "$1" && $(<"/proc/$pid/stat") == *") S "* ]]; do sleep 0.1; done
}
stop() { kill "$pid"; wait "$pid" || true; } 2>/dev/null

record() {
  vmaexplain record "$pid" -o "${1%.gz}"
  node blank-host.mjs "${1%.gz}"
  gzip -9n "${1%.gz}"
  chmod 644 "$1"
}

rm -rf sleep toolchains hardening crash sysroot
mkdir sleep toolchains hardening crash

# One process in every form.
start /usr/bin/sleep 1000
cat "/proc/$pid/maps"  >sleep/maps.txt
cat "/proc/$pid/smaps" >sleep/smaps.txt
pmap     "$pid" >sleep/pmap.txt
pmap -x  "$pid" >sleep/pmap-x.txt
pmap -X  "$pid" >sleep/pmap-X.txt
pmap -XX "$pid" >sleep/pmap-XX.txt
# As web pages and tickets show it: runs of blanks collapsed.
sed -E 's/ +/ /g; s/^ //; s/ $//' sleep/pmap-XX.txt >sleep/article.txt
record sleep/snapshot.json.gz
stop

# The same source by other compilers, linkers, C libraries, for other machines.
for name in lld mold musl static i386; do
  start "$bin/demo-$name"
  cat "/proc/$pid/maps" >"toolchains/$name.txt"
  stop
done
env -i qemu-aarch64-static -L /usr/aarch64-linux-gnu "$bin/demo-aarch64" maps >toolchains/aarch64.txt

# Protection that is not what it seems.
start "$bin/demo-musl-static"
record hardening/static-musl.json.gz
stop
start "$bin/demo-execstack"
record hardening/execstack.json.gz
stop

# A crash. 0x10: of memory, dump nothing but the first pages of ELF files.
(
  cd crash
  ulimit -c unlimited
  echo 0x10 >/proc/self/coredump_filter
  exec env -i "$bin/demo" crash
) || true
mv crash/core* crash/.core # where kernel.core_uses_pid appends a number
mv crash/.core crash/core
node blank-host.mjs crash/core
chmod 644 crash/core

# The binaries of all of them, without their contents.
cat sleep/maps.txt toolchains/*.txt | awk '$6 ~ "^/" && $2 !~ "s" { print $6 }' | sort -u |
  xargs node reduce-elf.mjs sysroot "$bin/demo"
