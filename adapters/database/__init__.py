"""The one place that speaks SQL: tables, migrations, and questions by noun."""
