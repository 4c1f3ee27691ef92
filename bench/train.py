"""Whole training steps of a ViT-S at 112 pixels, curate and PyTorch taking turns: the last part of conformance/train.py alone."""

import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "conformance"))
import train  # noqa: E402


def main():
    with tempfile.TemporaryDirectory() as tmp:
        work = pathlib.Path(tmp)
        train.DUMP = str(work / "traindump")
        subprocess.run(["go", "build", "-o", train.DUMP, "./conformance/traindump"], check=True)
        train.compare_speed(work)


if __name__ == "__main__":
    main()
