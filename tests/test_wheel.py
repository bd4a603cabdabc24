"""What travels in the wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_the_wheel_holds_the_package_and_its_models(tmp_path):
    """Code, py.typed and models are in the wheel; leftovers of training and studies are not."""
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path)
    for folder in ("vdsc", "share"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for study in ("benchmarks", "tests", "docs", "examples"):
        (tmp_path / study).mkdir()
        (tmp_path / study / "study.py").touch()
    model = tmp_path / "models" / "toy"
    model.mkdir(parents=True)
    for name in ("weights.safetensors", "CARD.md", "model.json", "resume.pt", "train.log"):
        (model / name).touch()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=tmp_path, capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    names = zipfile.ZipFile(next((tmp_path / "dist").glob("*.whl"))).namelist()
    assert {"vdsc/py.typed", "vdsc/cli/app.py", "vdsc/errors.py"} <= set(names)
    assert sorted(n for n in names if "/_models/" in n) == [
        f"vdsc/_models/toy/{name}" for name in ("CARD.md", "model.json", "weights.safetensors")
    ]
    data = f"vdsc-{VERSION}.data"
    assert {n.split("/")[0] for n in names} == {"vdsc", f"vdsc-{VERSION}.dist-info", data}
    assert sorted(n.removeprefix(f"{data}/data/share/") for n in names if n.startswith(data)) == [
        "bash-completion/completions/vdsc",
        "fish/vendor_completions.d/vdsc.fish",
        "man/man1/vdsc.1",
        "mime/packages/vdsc.xml",
        "vdsc/vdsc.magic",
        "zsh/site-functions/_vdsc",
    ]
