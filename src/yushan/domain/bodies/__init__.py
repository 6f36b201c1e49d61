"""Bodies: parametric anatomy in mm, with lesions whose truth is known by construction. Pure."""
