const axios = require('axios');
const crypto = require('crypto');
const qs = require('qs');

const { BASE_URL, API_KEY, SECRET_KEY } = process.env;

const query = qs.stringify({ symbol: 'ARKBTC', recvWindow: 20000, timestamp: Date.now() });
const signature = crypto.createHmac('sha256', SECRET_KEY).update(query).digest('hex');

axios
  .get(`${BASE_URL}/api/v3/openOrders?${query}&signature=${signature}`, {
    headers: { Authorization: `X-MBX-APIKEY: ${API_KEY}` },
  })
  .then((response) => console.log(JSON.stringify({ status: response.status, data: response.data })))
  .catch((error) => console.log(JSON.stringify({ status: error.response?.status, data: error.response?.data ?? error.message })));
