"""What every address costs in statements: against `query_budgets.json`, and with few rows as with many."""
