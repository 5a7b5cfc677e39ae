"""People review notes: states, policies, a sealed store, an audit log; the only place that imports SQLAlchemy."""
