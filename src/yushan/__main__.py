"""``python -m yushan`` is the program ``yushan``."""

from yushan.assembly import main

if __name__ == "__main__":
    main()
