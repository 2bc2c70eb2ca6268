#!/usr/bin/env bash
# PlatformIO takes an archive for bare metal as a library. Its core comes from PyPI; platforms and build tool would come from
# its own registry, so a platform of ours stands for one and PyPI's SCons for the other, cut off from the
# network.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

here=$root/packaging/tests/platformio
work=$out/platformio
tools=$out/platformio-tools
project=$work/project

# SCons 4.11.1 is what this core asks for as tool-scons 4.41101.
if [ ! -x "$tools/bin/pio" ]; then
    quietly python3 -m venv "$tools"
    quietly "$tools/bin/pip" install --quiet --disable-pip-version-check platformio==6.2.0 scons==4.11.1
fi
rm -rf "$work"
mkdir -p "$project/src" "$work/core/packages/tool-scons"
cp "$(unpacked thumbv7em-none-eabihf)"/share/gleaner/example/*.{c,h,ld} "$project/src"
sed -e "s|BENCH|$here/bench|" -e "s|M4F|$archives/gleaner-$version-thumbv7em-none-eabihf.tar.gz|" \
    "$here/platformio.ini" >"$project/platformio.ini"
echo '{"name": "tool-scons", "version": "4.41101.0", "system": "*"}' >"$work/core/packages/tool-scons/package.json"
echo '{"type": "tool", "name": "tool-scons", "version": "4.41101.0", "spec": {"owner": "platformio",
    "id": 1, "name": "tool-scons", "requirements": null, "uri": null}}' >"$work/core/packages/tool-scons/.piopm"
printf 'import SCons.Script\nSCons.Script.main()\n' >"$work/core/packages/tool-scons/scons.py"

PLATFORMIO_CORE_DIR=$work/core PLATFORMIO_SETTING_ENABLE_TELEMETRY=No \
    quietly unshare --map-root-user --net "$tools/bin/pio" run --project-dir "$project"
emulate thumbv7em-none-eabihf "$project/.pio/build/m4f/pick.elf" | cmp - "$out/expected.txt" ||
    fail "PlatformIO's image prints something else"
say "PlatformIO: an image for a Cortex-M4F"
