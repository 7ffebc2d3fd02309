-- A small orders app as its migrations leave it; run as the migration role.

CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE products (
  id serial PRIMARY KEY,
  name text NOT NULL,
  price_cents integer NOT NULL CHECK (price_cents >= 0)
);

CREATE TABLE orders (
  id serial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  placed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE order_items (
  order_id integer NOT NULL REFERENCES orders,
  product_id integer NOT NULL REFERENCES products,
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, product_id)
);

CREATE TABLE order_events (
  order_id integer NOT NULL,
  at timestamptz NOT NULL,
  event text NOT NULL
) PARTITION BY RANGE (at);
CREATE TABLE order_events_2026_h1 PARTITION OF order_events FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
CREATE TABLE order_events_2026_h2 PARTITION OF order_events FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');

CREATE VIEW open_orders AS
  SELECT o.id, c.email, o.placed_at FROM orders o JOIN customers c ON c.id = o.customer_id;

CREATE MATERIALIZED VIEW sales_by_product AS
  SELECT p.id, p.name, coalesce(sum(i.quantity), 0) AS sold
  FROM products p LEFT JOIN order_items i ON i.product_id = p.id
  GROUP BY p.id, p.name;

-- Belongs to no column: invoice numbers are drawn by the app.
CREATE SEQUENCE invoice_numbers;

INSERT INTO customers (email) VALUES ('ada@example.com'), ('grace@example.com');
INSERT INTO products (name, price_cents) VALUES ('Notebook', 650), ('Pencil', 120);
