"""Cases: a recipe and a seed become a person's studies, with what is true of them."""
