"""Runs fastdup or imagededup on a folder and prints its wall time in seconds: peer.py NAME FOLDER"""

import sys
import tempfile
import time


def fastdup(folder):
    import fastdup

    with tempfile.TemporaryDirectory() as work:
        fd = fastdup.create(work_dir=work, input_dir=folder)
        fd.run(threshold=0.9, run_sentry=False, overwrite=True)
        fd.connected_components()


def imagededup(folder):
    from imagededup.methods import PHash

    PHash().find_duplicates(image_dir=folder, recursive=True)


def main():
    run = {"fastdup": fastdup, "imagededup": imagededup}[sys.argv[1]]
    start = time.perf_counter()
    run(sys.argv[2])
    print(f"{time.perf_counter() - start:.2f}")


if __name__ == "__main__":
    main()
