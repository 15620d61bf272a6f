"""What our software announces, in the past tense: frozen dataclasses, one file per publisher."""
