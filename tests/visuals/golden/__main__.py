"""Write down anew what the pictures are made of: python -m tests.visuals.golden. Then read the difference in Git."""

from tests.visuals.golden.pictures import PICTURES, path_of, structure

for name, picture in PICTURES.items():
    path_of(name).write_text(structure(picture()), encoding="utf-8")
    print(path_of(name).name)
