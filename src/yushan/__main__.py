"""``python -m yushan`` is the program ``yushan``."""

from yushan.assembly.entry import main

if __name__ == "__main__":
    main()
