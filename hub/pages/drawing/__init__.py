"""Pictures of graphs: a layered layout, and SVG that reads well on light and on dark pages."""
