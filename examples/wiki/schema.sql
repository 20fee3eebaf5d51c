CREATE TABLE pages (
    title text PRIMARY KEY,
    body  text NOT NULL
);

INSERT INTO pages VALUES ('Welcome', 'This page is in PostgreSQL.');
