"""Fields, grids and the file formats that hold them."""
