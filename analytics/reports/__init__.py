"""Reports on paper and as workbooks, made of what pages show."""
