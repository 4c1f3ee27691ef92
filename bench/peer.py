"""Runs a peer on a folder, at its own defaults, and prints its wall time in seconds: peer.py NAME FOLDER

Loading the program counts, as it does for curate. scripts/peer.sh installs what is run here.
"""

import os
import subprocess
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


def cleanvision(folder):
    from cleanvision import Imagelab

    faults = "dark light blurry low_information grayscale odd_size odd_aspect_ratio"
    Imagelab(data_path=folder).find_issues({name: {} for name in faults.split()})


def czkawka(folder):
    """A scan without its cache (-H); its own least size, 16 KiB, would pass over small files."""
    scan = [os.environ["CZKAWKA"], "image", "--directories", folder, "-H", "-N", "-M", "-W", "-m", "1"]
    subprocess.run(scan, check=True, stdout=subprocess.DEVNULL)


PEERS = {run.__name__: run for run in (fastdup, imagededup, cleanvision, czkawka)}


def main():
    run, folder = PEERS[sys.argv[1]], os.path.realpath(sys.argv[2])
    with tempfile.TemporaryDirectory() as here:
        os.chdir(here)  # some leave files where they run
        start = time.perf_counter()
        run(folder)
        took = time.perf_counter() - start
        os.chdir("/")
    print(f"{took:.2f}")


if __name__ == "__main__":
    main()
