"""Everything that touches the outside: business systems, partners, wire formats."""
