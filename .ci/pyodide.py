"""Make a Pyodide with NumPy, so that the tests of JupyterLite run notebooks: python .ci/pyodide.py FOLDER

The npm registry's Pyodide has no packages, and the package index has no NumPy for browsers. So NumPy is compiled here,
in the version that Pyodide lists, with Debian's Emscripten and Debian's headers of Python; what differs in a browser
(sizes of types, what its C library has) is read from Pyodide itself. Needs root, and about six minutes on two cores.
"""

from __future__ import annotations

import io
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen
from zipfile import ZipFile

from jupyterlite_pyodide_kernel.constants import PYODIDE_PYTHON_VERSION
from pip._internal.models.index import PyPI

from exercises.publishing.lite import core
from exercises.publishing.lite_packages import write_wheel

SUITE = "forky"  # the Debian that has both an Emscripten and the Python that this Pyodide is
PYTHON = f"python{PYODIDE_PYTHON_VERSION}"
PACKAGES = f"emscripten,ninja-build,cython3,{PYTHON},lib{PYTHON}-dev"
SUFFIX = f".cpython-{PYODIDE_PYTHON_VERSION.replace('.', '')}-wasm32-emscripten.so"
FLAGS = ["-fPIC", "-O2", "-g0", "-fwasm-exceptions", "-sSUPPORT_LONGJMP=wasm", "-DPY_CALL_TRAMPOLINE"]
LINK = ["-sSIDE_MODULE=1", "-sWASM_BIGINT", "-O2", "-fwasm-exceptions", "-sSUPPORT_LONGJMP=wasm"]
CROSS = f"""
[binaries]
c = 'emcc'
cpp = 'em++'
ar = 'emar'
[built-in options]
c_args = {FLAGS}
cpp_args = {FLAGS}
c_link_args = {LINK}
cpp_link_args = {LINK}
[properties]
needs_exe_wrapper = true
skip_sanity_check = true
longdouble_format = 'IEEE_QUAD_LE'
[host_machine]
system = 'emscripten'
cpu_family = 'wasm32'
cpu = 'wasm'
endian = 'little'
"""
# Pyodide's C library has no backtrace(), though a newer Emscripten's has.
BUILD = f"""
set -e
cd /source
export EM_CACHE=/cache HOME=/source
{PYTHON} vendored-meson/meson/meson.py setup build --cross-file /cross.ini --prefix=/usr -Dbuildtype=release \\
    -Dallow-noblas=true -Dpython.purelibdir=/site -Dpython.platlibdir=/site
sed -i /HAVE_BACKTRACE/d build/numpy/_core/config.h
ninja -C build
DESTDIR=/made {PYTHON} vendored-meson/meson/meson.py install -C build --no-rebuild
"""


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(core(None, Path(scratch)), folder)
        lock = json.loads((folder / "pyodide-lock.json").read_text())
        numpy = lock["packages"]["numpy"]
        root = Path(scratch) / "debian"
        install(Path(scratch), root)
        with ZipFile(folder / "python_stdlib.zip") as library:
            write_pyconfig(library, root)
        unpack_source(numpy["version"], root)
        (root / "cross.ini").write_text(CROSS)
        run("chroot", root, "bash", "-c", BUILD)
        wheel = folder / numpy["file_name"]
        write_wheel(wheel, files(root / "made" / "site"), (root / "source" / "PKG-INFO").read_text())
    numpy["sha256"] = sha256(wheel.read_bytes()).hexdigest()
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    print(f"Wrote {wheel.name} into {folder}.")


def run(*command: str | Path) -> None:
    done = subprocess.run(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout[-2000:]}")


def install(scratch: Path, root: Path) -> None:
    """Put a small Debian into `root`; an older debootstrap knows not this suite, but the script that all share."""
    own = scratch / "debootstrap"
    shutil.copytree("/usr/share/debootstrap", own, symlinks=True)
    if not (own / "scripts" / SUITE).exists():
        (own / "scripts" / SUITE).symlink_to("sid")
    os.environ["DEBOOTSTRAP_DIR"] = str(own)
    run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, root)


def write_pyconfig(library: ZipFile, root: Path) -> None:
    """Debian's pyconfig.h, with the values that Pyodide's Python was built with."""
    name = next(name for name in library.namelist() if name.startswith("_sysconfigdata"))
    built_with = runpy.run_path(library.extract(name, root))["build_time_vars"]
    (header,) = root.glob(f"usr/include/*/{PYTHON}/pyconfig.h")
    known = re.findall(r"^(?:#define|/\* #undef) (\w+)", header.read_text(), re.MULTILINE)
    lines = [f"#define {name} {built_with[name]}" for name in dict.fromkeys(known) if built_with.get(name)]
    lines += ["#define _GNU_SOURCE 1", "#define _POSIX_C_SOURCE 200809L", "#define _XOPEN_SOURCE 700"]
    text = "#ifndef Py_PYCONFIG_H\n#define Py_PYCONFIG_H\n" + "\n".join(lines) + "\n#endif\n"
    for path in (header, root / "usr/include" / PYTHON / "pyconfig.h"):
        path.write_text(text)


def unpack_source(version: str, root: Path) -> None:
    """NumPy's sources from the package index. (`pip download` would first build half of it, for this machine.)"""
    page = f"{os.environ.get('PIP_INDEX_URL', PyPI.simple_url)}/numpy/"
    with urlopen(page) as answer:
        links = re.findall(r'href="([^"#]+)#sha256=(\w+)"', answer.read().decode())
    (address, digest) = next(link for link in links if link[0].endswith(f"/numpy-{version}.tar.gz"))
    with urlopen(urljoin(page, address)) as answer:
        content = answer.read()
    if sha256(content).hexdigest() != digest:
        sys.exit(f"{address} is not what the index says it is")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(root, filter="data")
    (root / f"numpy-{version}").rename(root / "source")


def files(made: Path) -> Iterator[tuple[str, bytes]]:
    """What is needed to run NumPy, under the names that Pyodide looks for."""
    for file in sorted(made.rglob("*")):
        place = file.relative_to(made).as_posix()
        if file.is_file() and file.suffix not in (".pyc", ".pyi", ".a", ".h") and "tests/" not in place:
            yield re.sub(r"\.cpython-\w+-[\w-]+\.so$", SUFFIX, place), file.read_bytes()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
