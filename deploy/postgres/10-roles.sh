#!/bin/bash
# Runs once, when the database is made: the owner creates tables, the app only reads and writes rows.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres --no-psqlrc --quiet <<'SQL'
\set owner_password `cat /run/coordination/database-owner`
\set app_password `cat /run/coordination/database-app`
create role coordination_owner login password :'owner_password';
create role coordination_app login password :'app_password';
create database coordination owner coordination_owner;
revoke all on database coordination from public;
grant connect on database coordination to coordination_app;
\connect coordination
revoke all on schema public from public;
create schema coordination authorization coordination_owner;
grant usage on schema coordination to coordination_app;
alter default privileges for role coordination_owner in schema coordination
    grant select, insert, update, delete on tables to coordination_app;
alter default privileges for role coordination_owner in schema coordination
    grant usage on sequences to coordination_app;
SQL
