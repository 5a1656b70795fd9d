"""`python -m tinyml_course`: the `tinyml` command, where it is not on the path."""

from tinyml_course.cli import main

if __name__ == "__main__":
    main()
